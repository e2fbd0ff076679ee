declare module "mistral-tokenizer-js" {
  const tokenizer: { encode(text: string, addBeginToken?: boolean): number[] };
  export default tokenizer;
}
