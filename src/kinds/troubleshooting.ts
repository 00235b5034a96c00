/** The likely cause and the next step, in the words of the troubleshooting page; fits a Judgement and a Gathered alike. */
export interface Advice {
  readonly cause: string;
  readonly next: string;
}

/** A service, or something it listens to, could not be reached. */
export function serviceAdvice(where: string, errorCode: string): Advice {
  if (/^(CERT_|ERR_TLS|DEPTH_ZERO|SELF_SIGNED|UNABLE_TO_|ERR_SSL|EPROTO)/.test(errorCode)) {
    return {
      cause: `Service discovery: what answers at ${where} does not show a TLS certificate that can be trusted.`,
      next: 'Look at the certificate, its authority and its host names; renew it, or name the authority in the check.',
    };
  }
  if (errorCode === 'ENOTFOUND' || errorCode === 'EAI_AGAIN') {
    return {
      cause: `Service discovery: the host name of ${where} is not known here.`,
      next: 'Verify service names and ports, and look the name up from this machine.',
    };
  }
  if (errorCode === 'ETIMEDOUT') {
    return {
      cause: `Service discovery: ${where} takes the connection or drops it, and does not answer in time.`,
      next: "Look at the service's log for what it waits for, often its database or cache.",
    };
  }
  return {
    cause: `Service discovery: the service at ${where} is not running or listens elsewhere.`,
    next: "Look at the service's log, then verify service names and ports.",
  };
}

/** A service answers, but not as it should. */
export const serviceErrorAdvice: Advice = {
  cause:
    'The service runs and answers wrongly: its log names the error, often a missing environment variable or a database it cannot reach.',
  next: "Look at the service's log at the time of the check.",
};

export function databaseAdvice(name: string, sqlState: string | null): Advice {
  if (sqlState?.startsWith('28') || sqlState === '3D000') {
    return {
      cause: `Database connection: the server answers, but the user, password or database name of "${name}" is wrong.`,
      next: 'Validate the connection string of this environment: psql "$DATABASE_URL" -c "SELECT 1".',
    };
  }
  if (sqlState?.startsWith('42')) {
    return {
      cause: `Database "${name}": a table, column or right that the query needs is not there.`,
      next: 'Look whether the migrations of this release have run, and with which role.',
    };
  }
  if (sqlState !== null) {
    return {
      cause: `Database "${name}": the server refused the statement (SQLSTATE ${sqlState}).`,
      next: "Look at the database's log at the time of the check.",
    };
  }
  return {
    cause: `Database connection: the database "${name}" is not running or not reachable from here.`,
    next: "Check the database's status and log, then validate the connection string.",
  };
}

export function cacheAdvice(name: string): Advice {
  return {
    cause: `Cache connection: the cache "${name}" is not running, not reachable, or its password is wrong.`,
    next: 'Start it, correct its URL, or declare it disabled in this environment.',
  };
}

export const variablesAdvice: Advice = {
  cause: 'Environment variables: this environment is not configured as the release expects.',
  next: 'Add or correct the variables named here, and compare with an environment where it works.',
};

export function portAdvice(owner: string | null): Advice {
  return {
    cause: `Port conflict: ${owner ?? 'another program'} holds a port that this environment needs.`,
    next: 'Stop that program, or give the service another port in greenroom.yaml.',
  };
}
