import { fork, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { Agent, request } from "node:http";
import { fileURLToPath } from "node:url";

/** A server under measure, and a client that keeps its connections. */
export class ServedHost implements Disposable {
  readonly #child: ChildProcess;
  readonly #agent = new Agent({ keepAlive: true, maxSockets: 64 });
  readonly #url: URL;
  readonly #headers: Readonly<Record<string, string>>;

  private constructor(child: ChildProcess, { url, token }: { url: string; token: string }) {
    this.#child = child;
    this.#url = new URL(url);
    this.#headers = token === "" ? {} : { authorization: `Bearer ${token}` };
  }

  static async start(name: "tutti" | "mastra", folder: string): Promise<ServedHost> {
    const file = fileURLToPath(new URL(`${name}-host.ts`, import.meta.url));
    const env = { ...process.env, MASTRA_TELEMETRY_DISABLED: "1" };
    const child = fork(file, [folder], { env, stdio: ["ignore", "ignore", "inherit", "ipc"] });
    const [told] = (await Promise.race([
      once(child, "message"),
      once(child, "exit").then(([code]) => Promise.reject(new Error(`the server of ${name} ended with ${code}`))),
    ])) as [{ url: string; token: string }];
    return new ServedHost(child, told);
  }

  /** For who calls it another way. */
  get address(): { readonly url: string; readonly headers: Readonly<Record<string, string>> } {
    return { url: this.#url.origin, headers: this.#headers };
  }

  /** A whole answer as text; anything but a success throws. */
  async ask(path: string, body?: object): Promise<string> {
    const { promise, resolve, reject } = Promise.withResolvers<string>();
    const { hostname, port } = this.#url;
    const method = body === undefined ? "GET" : "POST";
    const headers = { ...this.#headers, ...(body === undefined ? {} : { "content-type": "application/json" }) };
    const sent = request({ hostname, port, path, method, headers, agent: this.#agent }, (answer) => {
      const pieces: Buffer[] = [];
      answer.on("data", (piece: Buffer) => pieces.push(piece));
      answer.on("error", reject);
      answer.on("end", () => {
        const text = Buffer.concat(pieces).toString();
        if (answer.statusCode === 200) resolve(text);
        else reject(new Error(`${method} ${path} → ${answer.statusCode} ${text.slice(0, 200)}`));
      });
    });
    sent.on("error", reject);
    sent.end(body === undefined ? undefined : JSON.stringify(body));
    return promise;
  }

  [Symbol.dispose](): void {
    this.#agent.destroy();
    this.#child.kill("SIGKILL");
  }
}
