export const edits = [
  {
    file: 'env.schema.yaml',
    find: 'variables:\n',
    put: 'variables:\n  CATALOGUE_URL: { type: url, required: true } # where descriptions come from\n',
  },
  { file: '.env.development', find: 'LOG_LEVEL=', put: 'CATALOGUE_URL=http://127.0.0.1:4801\nLOG_LEVEL=' },
  {
    file: 'backend/routes.mjs',
    find: 'if (found === undefined) return notFound(`There is no item ${id}.`);',
    put: 'if (found === undefined) return notFound(`There is no item ${id}.`);\n    found.description = new URL(`/descriptions/${id}`, process.env.CATALOGUE_URL).href;',
  },
];
