import { z } from 'zod';

// What tools write: a signature alone as base64 text, cosign's old bundle, a Sigstore bundle, or a DSSE envelope.

const signatures = z.array(z.object({ sig: z.string() })).min(1);
const dsse = z.object({ payload: z.string(), payloadType: z.string(), signatures });
const bundle = z.object({
  mediaType: z.string().startsWith('application/vnd.dev.sigstore.bundle'),
  messageSignature: z.object({ signature: z.string() }).optional(),
  dsseEnvelope: dsse.optional(),
});
const oldBundle = z.object({ base64Signature: z.string() });

export type Signed =
  /** Over the text of the digest. */
  | { readonly form: 'detached'; readonly signatures: readonly string[] }
  /** Over `payload`, which says of what it speaks. */
  | {
      readonly form: 'envelope';
      readonly signatures: readonly string[];
      readonly payloadType: string;
      readonly payload: Uint8Array;
    };

/** Null when it is none of these. Says nothing of whether a signature holds. */
export function readSigned(text: string): Signed | null {
  if (!text.trimStart().startsWith('{')) return base64Text(text);
  const written = parsed(text);
  const asBundle = bundle.safeParse(written);
  if (asBundle.success) {
    const { messageSignature, dsseEnvelope } = asBundle.data;
    if (dsseEnvelope) return envelope(dsseEnvelope);
    return messageSignature ? { form: 'detached', signatures: [messageSignature.signature] } : null;
  }
  const asEnvelope = dsse.safeParse(written);
  if (asEnvelope.success) return envelope(asEnvelope.data);
  const asOld = oldBundle.safeParse(written);
  return asOld.success ? { form: 'detached', signatures: [asOld.data.base64Signature] } : null;
}

function base64Text(text: string): Signed | null {
  const joined = text.replaceAll(/\s/g, '');
  return /^[\w+/-]{40,}={0,2}$/.test(joined) ? { form: 'detached', signatures: [joined] } : null;
}

const envelope = ({ payload, payloadType, signatures: each }: z.infer<typeof dsse>): Signed => ({
  ...{ form: 'envelope', payloadType, signatures: each.map(({ sig }) => sig) },
  payload: new Uint8Array(Buffer.from(payload, 'base64url')),
});

/** The bytes that an envelope's signature is over (DSSE, pre-authentication encoding). */
export function signedBytes(payloadType: string, payload: Uint8Array): Uint8Array {
  const type = new TextEncoder().encode(payloadType);
  const head = new TextEncoder().encode(`DSSEv1 ${type.length} ${payloadType} ${payload.length} `);
  return Uint8Array.from([...head, ...payload]);
}

export function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
