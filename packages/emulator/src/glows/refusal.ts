/** The codes of the SDK's table, and 176, which is missing from it. */
export const glowsCodes = {
  internal: 1,
  illegalParameter: 6,
  permissionDenied: 7,
  metaKeyExists: 10,
  diskQuota: 17,
  illegalStatus: 20,
  networkLimit: 88,
  endpointExists: 89,
  snapshotNotAllowed: 114,
  networkNameRepeated: 133,
  endpointLimit: 164,
  imageExists: 174,
  rejectedToken: 176,
  pendingImages: 192,
  instanceQuota: 198,
  snapshotQuota: 199,
  unknownRegion: 206,
  regionDenied: 208,
  noResource: 215,
} as const;

/** Ends an operation with a code; nothing has been changed when it is thrown. */
export class GlowsRefusal extends Error {
  readonly code: number;

  constructor(code: number, message: string) {
    super(message);
    this.name = "GlowsRefusal";
    this.code = code;
  }
}

export function refuse(code: keyof typeof glowsCodes, message: string): never {
  throw new GlowsRefusal(glowsCodes[code], message);
}
