/**
 * Parameters of the models that are made for measuring. One thread: with one for each core, the runner's threads spin while they
 * wait for one another, and on a busy machine a token of the tiny model takes 130 ms instead of 0.2.
 */
export const benchParameters = { num_thread: 1, num_ctx: 512, stop: ["<|im_end|>"] };

export async function post(ollama: string, path: string, body: object, method = "POST"): Promise<unknown> {
  const response = await fetch(`${ollama}${path}`, { method, body: JSON.stringify(body) });
  const text = await response.text();
  if (!response.ok) throw new Error(`${path} of ${ollama} failed: ${text}`);
  return text === "" ? null : JSON.parse(text);
}
