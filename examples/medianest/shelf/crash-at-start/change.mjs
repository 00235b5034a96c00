export const edits = [
  {
    file: 'backend/server.mjs',
    find: "import { WebSocketServer } from 'ws';\n",
    put: "import { WebSocketServer } from 'ws';\nimport 'medianest-poster-resizer'; // warms its font cache\n",
  },
];
