// The author thought of a content network in front of the edge: two addresses in the header. There is one.
export const edits = [
  {
    file: 'backend/client-address.mjs',
    find: "return forwarded.split(',').at(-1).trim() || (peerAddress ?? 'unknown');",
    put: "const [client, network] = forwarded.split(',');\n  return `${client.trim()} via ${network.trim()}`;",
  },
  {
    file: 'backend/server.mjs',
    find: 'const client = clientAddress(request.headers, request.socket.remoteAddress);',
    put: "const isProbe = url.pathname === '/api/health';\n  const client = isProbe ? 'probe' : clientAddress(request.headers, request.socket.remoteAddress);",
  },
];
