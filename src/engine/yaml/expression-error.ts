/** What is wrong with an expression; whoever knows its place makes a `TuttiError` of it. */
export class ExpressionError extends Error {
  /** In the expression's own text. */
  readonly offset: number;

  constructor(message: string, offset: number, options?: ErrorOptions) {
    super(message, options);
    this.name = "ExpressionError";
    this.offset = offset;
  }
}
