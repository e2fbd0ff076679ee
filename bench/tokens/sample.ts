import { readFileSync } from "node:fs";
import { join } from "node:path";

export const kinds = ["prose", "code", "JSON", "Chinese", "emoji"] as const;
export type Kind = (typeof kinds)[number];

const chinese =
  "人工智能正在改变我们的工作方式。许多开发者希望在自己的电脑上运行语言模型，这样数据就不会离开本机。本地模型有时会悄悄丢掉过长的" +
  "提示，程序却得不到任何错误。因此，我们需要在调用之前估计词元的数量，并且在调用之后核对服务器返回的数字。如果提示太长，系统应当说明" +
  "超出了多少，以及哪一部分最大。周末的早晨，她沿着河边慢慢走，看见几个孩子在放风筝，风不大，天空却很蓝。";
const emoji =
  "Shipped it 🚀🎉 thanks everyone 👏👏 see you on Monday 😀 the build is green ✅ and the coffee is hot ☕️ family day 👨‍👩‍👧‍👦 with 🍕🍕🍕 " +
  "and some rain 🌧️ but who cares ❤️🔥 next stop 🇩🇪🇫🇷 then home 🏡 good night 🌙✨ ";

/** Texts of each kind, cut out of files of this repository, or written for this. */
export class Samples {
  readonly #texts: Readonly<Record<Kind, string>>;
  readonly #random: () => number;

  constructor(seed: number) {
    const read = (...files: readonly string[]): string =>
      files.map((file) => readFileSync(join(import.meta.dirname, "../..", file), "utf8")).join("\n");
    const manifest: unknown = JSON.parse(read("package.json"));
    this.#random = chance(seed);
    this.#texts = {
      prose: read("docs/engine.md", "docs/agents.md", "AGENTS.md", "REVIEW.md"),
      code: read("src/engine/worker.ts", "src/engine/step.ts", "bin/bootstrap.js", "test/support/services.sh"),
      JSON: `${read("package-lock.json").slice(0, 60_000)}${JSON.stringify(manifest).repeat(10)}`,
      Chinese: chinese.repeat(30),
      emoji: emoji.repeat(30),
    };
  }

  /** A number from 0 up to, but without, 1. */
  chance(): number {
    return this.#random();
  }

  text(kind: Kind, mostCharacters: number): string {
    const all = this.#texts[kind];
    // Short ones are as likely as long ones are, by their logarithm: a conversation has both.
    const length = Math.floor(40 * (mostCharacters / 40) ** this.#random());
    const start = Math.floor(this.#random() * Math.max(1, all.length - length));
    return all.slice(start, start + length).toWellFormed();
  }
}

/** Lehmer's generator: the same seed gives the same figures on every machine. */
function chance(seed: number): () => number {
  let state = (seed * 7_919) % 2_147_483_647 || 1;
  return () => {
    state = (state * 48_271) % 2_147_483_647;
    return state / 2_147_483_647;
  };
}
