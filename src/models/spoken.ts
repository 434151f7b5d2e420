const opening = "<think>";
const closing = "</think>";

/**
 * Collects an answer piece by piece. Some models think aloud where their server does not know it: a block of
 * thoughts before the first word is left out.
 */
export class Spoken {
  readonly #onText: ((text: string) => void) | undefined;
  #state: "undecided" | "thinking" | "speaking" = "undecided";
  #held = "";
  #text = "";

  constructor(onText?: (text: string) => void) {
    this.#onText = onText;
  }

  add(piece: string): void {
    if (this.#state === "speaking") return this.#say(piece);
    this.#held += piece;
    if (this.#state === "undecided") this.#decide(this.#held.trimStart());
    if (this.#state === "thinking") this.#skipThoughts();
  }

  /** All that was said. */
  end(): string {
    if (this.#state === "undecided") this.#say(this.#held);
    this.#held = "";
    return this.#text;
  }

  #decide(start: string): void {
    if (start.startsWith(opening)) {
      this.#state = "thinking";
      this.#held = start.slice(opening.length);
    } else if (!opening.startsWith(start)) this.#speak(this.#held);
  }

  #skipThoughts(): void {
    const end = this.#held.indexOf(closing);
    if (end >= 0) this.#speak(this.#held.slice(end + closing.length).trimStart());
    // Only what may be the beginning of its end is kept.
    else this.#held = this.#held.slice(1 - closing.length);
  }

  #speak(text: string): void {
    this.#state = "speaking";
    this.#held = "";
    this.#say(text);
  }

  #say(text: string): void {
    if (text === "") return;
    this.#text += text;
    this.#onText?.(text);
  }
}
