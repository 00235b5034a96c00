/** A picture of one grey pixel (PNG): opens everywhere and shows nobody. */
export const placeholder: Uint8Array = Buffer.from(
  '89504e470d0a1a0a0000000d49484452000000010000000108000000003a7e9b550000000a4944415478da6368000000820081da45083b0000000049454e44ae426082',
  'hex',
);
