/** Dashes in the order of the lines: a second cue beside the colour. */
export const dashes: readonly (readonly number[])[] = [[], [7, 3], [2, 3], [9, 3, 2, 3], [4, 4], []];

export function colourName(index: number, isOthers: boolean): string {
  return isOthers ? "--idle" : `--c${index + 1}`;
}

/** A colour as a canvas understands it: a token is another one by night. */
export function createInk(element: HTMLElement): (colour: string) => string {
  const probe = document.createElement("i");
  probe.hidden = true;
  element.append(probe);
  return (colour) => {
    probe.style.color = colour;
    return getComputedStyle(probe).color;
  };
}
