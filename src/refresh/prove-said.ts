// What a database says beside its rows, all of which the proof looks through.

/** Of a schema `n` that is not PostgreSQL’s own. */
export const ofPeople = `n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'`;

/** What the database says beside its rows. */
export interface Said {
  readonly what: string;
  /** What tells it from others of its kind; never said where it is an original itself. */
  readonly name: string | null;
  readonly text: string | null;
}

/** Names, defaults, comments, code, labels, limits, settings. */
export const everythingSaid = `
SELECT 'the name of a table or index' AS what, NULL AS name, c.relname::text AS text FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE ${ofPeople}
UNION ALL SELECT 'the name of a column of', c.oid::regclass::text, a.attname FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid JOIN pg_namespace n ON n.oid = c.relnamespace WHERE ${ofPeople} AND a.attnum > 0
UNION ALL SELECT 'the name of a schema', NULL, n.nspname FROM pg_namespace n WHERE ${ofPeople}
UNION ALL SELECT 'the name of a type', NULL, t.typname FROM pg_type t JOIN pg_namespace n ON n.oid = t.typnamespace WHERE t.typtype IN ('d', 'e', 'r', 'm') AND ${ofPeople}
UNION ALL SELECT 'the default of', d.adrelid::regclass::text, pg_get_expr(d.adbin, d.adrelid) FROM pg_attrdef d
UNION ALL SELECT 'the default of the type', t.oid::regtype::text, t.typdefault FROM pg_type t JOIN pg_namespace n ON n.oid = t.typnamespace WHERE ${ofPeople} AND t.typdefault IS NOT NULL
UNION ALL SELECT 'a comment on', pg_describe_object(d.classoid, d.objoid, d.objsubid), d.description FROM pg_description d WHERE d.objoid >= 16384 OR d.classoid IN ('pg_namespace'::regclass, 'pg_largeobject'::regclass)
UNION ALL SELECT 'the function', p.proname, coalesce(pg_get_function_sqlbody(p.oid), p.prosrc) FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace WHERE ${ofPeople}
UNION ALL SELECT 'the name of a function', NULL, p.proname FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace WHERE ${ofPeople}
UNION ALL SELECT 'an argument or a setting of the function', p.proname, concat_ws(' ', pg_get_function_arguments(p.oid), array_to_string(p.proconfig, ' ')) FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace WHERE ${ofPeople}
UNION ALL SELECT 'the first value of the aggregate', a.aggfnoid::text, concat_ws(' ', a.agginitval, a.aggminitval) FROM pg_aggregate a JOIN pg_proc p ON p.oid = a.aggfnoid JOIN pg_namespace n ON n.oid = p.pronamespace WHERE ${ofPeople}
UNION ALL SELECT 'a label of the type', e.enumtypid::regtype::text, e.enumlabel FROM pg_enum e
UNION ALL SELECT 'the constraint', k.conname, pg_get_constraintdef(k.oid) FROM pg_constraint k JOIN pg_namespace n ON n.oid = k.connamespace WHERE ${ofPeople}
UNION ALL SELECT 'the name of a constraint', NULL, k.conname FROM pg_constraint k JOIN pg_namespace n ON n.oid = k.connamespace WHERE ${ofPeople}
UNION ALL SELECT 'the index', i.indexrelid::regclass::text, pg_get_indexdef(i.indexrelid) FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid JOIN pg_namespace n ON n.oid = c.relnamespace WHERE ${ofPeople}
UNION ALL SELECT 'the statistics', s.stxname, pg_get_statisticsobjdef(s.oid) FROM pg_statistic_ext s
UNION ALL SELECT 'the view', c.relname, pg_get_viewdef(c.oid) FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE c.relkind IN ('v', 'm') AND ${ofPeople}
UNION ALL SELECT 'a setting of', c.oid::regclass::text, array_to_string(c.reloptions, ' ') FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE c.reloptions IS NOT NULL AND ${ofPeople}
UNION ALL SELECT 'a bound of the partition', c.relname, pg_get_expr(c.relpartbound, c.oid) FROM pg_class c WHERE c.relispartition
UNION ALL SELECT 'the trigger', t.tgname, pg_get_triggerdef(t.oid) FROM pg_trigger t WHERE NOT t.tgisinternal
UNION ALL SELECT 'the name of an event trigger', NULL, t.evtname FROM pg_event_trigger t
UNION ALL SELECT 'the policy', p.polname, concat_ws(' ', pg_get_expr(p.polqual, p.polrelid), pg_get_expr(p.polwithcheck, p.polrelid)) FROM pg_policy p
UNION ALL SELECT 'the name of a policy', NULL, p.polname FROM pg_policy p
UNION ALL SELECT 'a rule of', r.tablename, r.definition FROM pg_rules r WHERE r.schemaname NOT IN ('pg_catalog', 'information_schema')
UNION ALL SELECT 'the collation', c.collname, c.collname FROM pg_collation c JOIN pg_namespace n ON n.oid = c.collnamespace WHERE ${ofPeople}
UNION ALL SELECT 'the text search configuration', c.cfgname, c.cfgname FROM pg_ts_config c JOIN pg_namespace n ON n.oid = c.cfgnamespace WHERE ${ofPeople}
UNION ALL SELECT 'the text search dictionary', d.dictname, concat_ws(' ', d.dictname, d.dictinitoption) FROM pg_ts_dict d JOIN pg_namespace n ON n.oid = d.dictnamespace WHERE ${ofPeople}
UNION ALL SELECT 'a label of security', NULL, l.label FROM pg_seclabels l`;
