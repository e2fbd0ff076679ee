import type { ComponentChildren, JSX } from "preact";

export interface FigureProps {
  readonly children: ComponentChildren;
  readonly small: ComponentChildren;
  readonly title?: string | undefined;
  readonly isWide?: boolean;
}

/** A value of the whole, and in small what it is. */
export function Figure({ children, small, title, isWide = false }: FigureProps): JSX.Element {
  return (
    <div class={isWide ? "score-figure is-wide" : "score-figure"} title={title}>
      <b>{children}</b>
      <small>{small}</small>
    </div>
  );
}
