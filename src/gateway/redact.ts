/**
 * Replaces secrets in a stream with as many asterisks, also those that lie across two chunks. Nothing waits for more to
 * come, but an end that could be the beginning of a secret.
 */
export class Redactor {
  readonly #secrets: readonly Buffer[];
  #held: Buffer = Buffer.alloc(0);

  constructor(secrets: readonly string[]) {
    this.#secrets = secrets.filter(Boolean).map((secret) => Buffer.from(secret));
  }

  /** What may pass on now; it can be empty. */
  pass(chunk: Buffer): Buffer {
    if (this.#secrets.length === 0) return chunk;
    const whole = this.#held.length === 0 ? chunk : Buffer.concat([this.#held, chunk]);
    const clean = this.#cleaned(whole);
    const held = Math.max(...this.#secrets.map((secret) => beginningAtEnd(clean, secret)));
    this.#held = clean.subarray(clean.length - held);
    return held === 0 ? clean : clean.subarray(0, clean.length - held);
  }

  end(): Buffer {
    return this.#held;
  }

  #cleaned(chunk: Buffer): Buffer {
    let clean = chunk;
    for (const secret of this.#secrets)
      for (let at = clean.indexOf(secret); at >= 0; at = clean.indexOf(secret, at)) {
        if (clean === chunk) clean = Buffer.from(chunk);
        clean.fill("*", at, at + secret.length);
      }
    return clean;
  }
}

/** How many of the last bytes are the first of the secret. */
function beginningAtEnd(chunk: Buffer, secret: Buffer): number {
  for (let length = Math.min(secret.length - 1, chunk.length); length > 0; length--)
    if (chunk.compare(secret, 0, length, chunk.length - length) === 0) return length;
  return 0;
}
