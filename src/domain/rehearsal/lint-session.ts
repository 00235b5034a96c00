import type { Rule } from './lint.ts';

const leaveTransactions = 'Leave BEGIN, COMMIT and ROLLBACK to what runs the migration; one file for each transaction.';
const leaveTimeout = 'Leave lock_timeout to Greenroom, here and in production.';
const byClient = 'COPY FROM STDIN or TO STDOUT, by the client.';
const byAdministrator = 'Let the administrator do it, outside of migrations.';

/** Functions that read files of the server, or speak with others. */
const reaching =
  /^(?:dblink\w*|postgres_fdw_\w+|pg_read_(?:binary_)?file|pg_ls_\w+|pg_stat_file|lo_import|lo_export|pg_logical_emit_message)$/;

/** F091, F095: what a script does to its session and beyond its database. What sets a lock timeout by a function is `set` too. */
export const sessionRule: Rule = (deed) => {
  const no = { relation: null, mode: null };
  switch (deed.kind) {
    case 'transaction':
      return [
        {
          ...no,
          reason: 'own-transaction',
          text: `It says ${deed.word.toUpperCase()} itself.`,
          next: leaveTransactions,
        },
      ];
    case 'set':
      return deed.setting === 'lock_timeout' || deed.setting === 'all'
        ? [{ ...no, reason: 'own-lock-timeout', text: 'It sets the lock timeout itself.', next: leaveTimeout }]
        : [];
    case 'copy':
      return deed.with === 'client'
        ? []
        : [{ ...no, reason: 'reaches-outside', text: `It copies with a ${deed.with} of the server.`, next: byClient }];
    case 'call':
      return reaching.test(deed.function)
        ? [
            {
              ...no,
              reason: 'reaches-outside',
              text: `It calls ${deed.function}, which reaches outside.`,
              next: byAdministrator,
            },
          ]
        : [];
    case 'administer':
      return [
        {
          ...no,
          reason: 'reaches-outside',
          text: `It changes what is not its own: ${deed.object}.`,
          next: byAdministrator,
        },
      ];
    default:
      return [];
  }
};
