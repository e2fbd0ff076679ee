/** Writes small numbers and texts into as few bytes as they need. */
export class ByteWriter {
  #bytes = Buffer.allocUnsafe(4_096);
  #end = 0;

  byte(value: number): void {
    this.#reserve(1);
    this.#bytes[this.#end++] = value;
  }

  /** A whole number from 0 to 2^53 - 1, seven bits to a byte. */
  whole(value: number): void {
    this.#reserve(8);
    let rest = value;
    while (rest >= 128) {
      this.#bytes[this.#end++] = (rest % 128) + 128;
      rest = Math.floor(rest / 128);
    }
    this.#bytes[this.#end++] = rest;
  }

  /** A whole number that may be below 0: small ones of either sign stay short. */
  signed(value: number): void {
    this.whole(value < 0 ? -2 * value - 1 : 2 * value);
  }

  double(value: number): void {
    this.#reserve(8);
    this.#end = this.#bytes.writeDoubleLE(value, this.#end);
  }

  hex(digits: string): void {
    this.#reserve(digits.length / 2);
    this.#end += this.#bytes.write(digits, this.#end, "hex");
  }

  text(value: string): void {
    const length = Buffer.byteLength(value);
    this.whole(length);
    this.#reserve(length);
    this.#end += this.#bytes.write(value, this.#end);
  }

  /** What was written, as bytes of their own; the writer begins anew. */
  take(): Uint8Array {
    const taken = Uint8Array.prototype.slice.call(this.#bytes, 0, this.#end);
    this.#end = 0;
    return taken;
  }

  #reserve(count: number): void {
    if (this.#end + count <= this.#bytes.length) return;
    const larger = Buffer.allocUnsafe(Math.max(this.#bytes.length * 2, this.#end + count));
    this.#bytes.copy(larger, 0, 0, this.#end);
    this.#bytes = larger;
  }
}

/** Reads what a ByteWriter wrote, in the same order. */
export class ByteReader {
  readonly #bytes: Buffer;
  #at = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  get isAtEnd(): boolean {
    return this.#at >= this.#bytes.length;
  }

  byte(): number {
    return this.#bytes[this.#at++] ?? 0;
  }

  whole(): number {
    let value = 0;
    for (let factor = 1; ; factor *= 128) {
      const byte = this.byte();
      if (byte < 128) return value + byte * factor;
      value += (byte - 128) * factor;
    }
  }

  signed(): number {
    const value = this.whole();
    return value % 2 === 0 ? value / 2 : -(value + 1) / 2;
  }

  double(): number {
    this.#at += 8;
    return this.#bytes.readDoubleLE(this.#at - 8);
  }

  hex(digits: number): string {
    this.#at += digits / 2;
    return this.#bytes.toString("hex", this.#at - digits / 2, this.#at);
  }

  skip(count: number): void {
    this.#at += count;
  }

  text(): string {
    const length = this.whole();
    this.#at += length;
    return this.#bytes.toString("utf8", this.#at - length, this.#at);
  }
}
