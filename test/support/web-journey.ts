import { after, before } from "node:test";
import type { Browser } from "playwright-core";
import { openBrowser, webAssets } from "./browser.ts";
import { serveProduct, type WebProduct } from "./web-product.ts";

export interface Stage {
  readonly browser: Browser;
  readonly product: WebProduct;
}

/** One browser and one product for all tests of a `describe`; what is in it is there once the first test runs. */
export function useStage(options: Parameters<typeof serveProduct>[0] = {}): () => Stage {
  let stage: Stage | undefined;
  const stack = new AsyncDisposableStack();
  before(async () => {
    const assets = await webAssets();
    const [browser, product] = await Promise.all([openBrowser(), serveProduct({ assets, ...options })]);
    stack.defer(() => browser.close());
    stack.use(product);
    stage = { browser, product };
  });
  after(() => stack.disposeAsync());
  return () => {
    if (stage === undefined) throw new Error("the stage is made by `before`");
    return stage;
  };
}

/** Starts a run and gives its id at once. */
export async function startRun({ client }: WebProduct, flow: string, input?: unknown): Promise<string> {
  const { id } = (await client.call("run.start", { flow, ...(input === undefined ? {} : { input }) })) as {
    id: string;
  };
  return id;
}

/** Starts a run and gives its id once it has ended, or waits for somebody. */
export async function runToIdle(product: WebProduct, flow: string, input?: unknown): Promise<string> {
  const id = await startRun(product, flow, input);
  await product.client.call("run.watch", { id, untilIdle: true });
  return id;
}

export async function runOf({ client }: WebProduct, id: string): Promise<{ status: string; output: unknown }> {
  return (await client.call("run.get", { id })) as { status: string; output: unknown };
}
