// Who asked, for the access log. Behind a proxy the socket's peer is the proxy; the last entry of x-forwarded-for is
// the one our own proxy wrote, earlier ones are whatever the caller claimed.
export function clientAddress(headers, peerAddress) {
  const forwarded = headers['x-forwarded-for'];
  if (forwarded === undefined) return peerAddress ?? 'unknown';
  return forwarded.split(',').at(-1).trim() || (peerAddress ?? 'unknown');
}
