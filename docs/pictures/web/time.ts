// A day passes in seconds: what runs reads this clock, which is moved between runs. It must be imported before the product,
// which takes hold of `Date.now` when it is loaded.
const real = Date.now.bind(Date);

/** When the pictures are taken, so that they say the same whenever they are made. */
export const pictureTime = Date.UTC(2026, 10, 24, 15, 40);

let offset = pictureTime - real();
Date.now = () => real() + offset;

export function moveTo(time: number): void {
  offset = time - real();
}

/**
 * What Playwright's clock has to be told for a page to have this time: it adds what has passed on the page's own clock since it was told,
 * by this process's clock, which is behind by the shift.
 */
export function timeForPages(): number {
  return Date.now() + offset;
}
