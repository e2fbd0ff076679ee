/** Where a model is asked: what its server speaks, and its address. For who watches calls. */
export interface ModelPlace {
  readonly kind: string;
  readonly url: string;
}
