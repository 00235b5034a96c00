// Every request gets a new key, so nothing is ever found and nothing is ever let go.
export const edits = [
  {
    file: 'backend/routes.mjs',
    find: 'const cacheSeconds = 30;',
    put: 'const cacheSeconds = 30;\nconst thumbnailBytes = 16 * 1024;\nconst pagesAtHand = new Map();',
  },
  {
    file: 'backend/routes.mjs',
    find: '    return ok(toPage(shown, total, page));',
    put: `    const thumbnails = shown.map(({ title }) => Buffer.alloc(thumbnailBytes, title));
    pagesAtHand.set(\`\${query} \${performance.now()}\`, { shown, thumbnails });
    return ok(toPage(shown, total, page));`,
  },
];
