/** A model as `models list` shows it. */
export interface ModelInfo {
  /** What its provider calls it; `provider/name` is what a flow may ask for. */
  readonly name: string;
  readonly provider: string;
  readonly kind: "chat" | "embedding";
  readonly sizeBytes: number | null;
  /** Tokens that the model was made for. */
  readonly contextLength: number | null;
  readonly capabilities: readonly string[];
  readonly loaded: boolean;
  /** Tokens of context that it is loaded with; absent where it is not, or where the server does not tell. */
  readonly loadedContext?: number | null;
  /** Changes with its content; absent where the provider has none. */
  readonly digest?: string;
  /** Why its server cannot use it, where that is so. */
  readonly problem?: string;
}
