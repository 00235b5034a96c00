const sentences: Record<string, string> = {
  ECONNREFUSED: 'nothing listens there (connection refused)',
  ECONNRESET: 'the connection was cut by the other side',
  EPIPE: 'the connection was cut by the other side',
  UND_ERR_SOCKET: 'the connection was cut before an answer came',
  ENOTFOUND: 'the host name is not known',
  EAI_AGAIN: 'the host name could not be looked up',
  EHOSTUNREACH: 'there is no route to the host',
  ENETUNREACH: 'there is no route to the network',
  ETIMEDOUT: 'no answer came in time',
  CERT_HAS_EXPIRED: 'its TLS certificate has expired',
  DEPTH_ZERO_SELF_SIGNED_CERT: 'its TLS certificate is signed by itself',
  SELF_SIGNED_CERT_IN_CHAIN: 'its TLS certificate comes from an authority that is not trusted',
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: 'its TLS certificate comes from an authority that is not trusted',
  ERR_TLS_CERT_ALTNAME_INVALID: 'its TLS certificate is for another host name',
  ERR_SSL_WRONG_VERSION_NUMBER: 'it does not speak TLS on this port',
  EPROTO: 'it does not speak TLS on this port',
};

/** What a failed connection comes to, in a sentence without addresses, and the code of the system underneath. */
export function unreachable(error: unknown): { readonly reason: string; readonly errorCode: string } {
  const { code, message } = innermost(error);
  if (code !== null && sentences[code] !== undefined) return { reason: sentences[code], errorCode: code };
  return { reason: message, errorCode: code ?? 'UNKNOWN' };
}

/** Attempts on several addresses come as an AggregateError, and clients wrap errors in `cause`. */
function innermost(error: unknown): { code: string | null; message: string } {
  if (error instanceof AggregateError && error.errors.length > 0) return innermost(error.errors[0]);
  if (!(error instanceof Error)) return { code: null, message: String(error) };
  const code = 'code' in error && typeof error.code === 'string' ? error.code : null;
  if (error.cause instanceof Error && (code === null || sentences[code] === undefined)) return innermost(error.cause);
  return { code, message: error.message || error.name };
}

export const timedOut = (timeoutMs: number): { readonly reason: string; readonly errorCode: string } => ({
  reason: `no whole answer came within ${timeoutMs} ms`,
  errorCode: 'ETIMEDOUT',
});
