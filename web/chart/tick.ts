const minute = 60_000;
const day = 24 * 60 * minute;
const months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

/** A date whose local fields are those of UTC, for what knows only local ones. */
export function zoned(at: number, utc: boolean): Date {
  return new Date(utc ? at + new Date(at).getTimezoneOffset() * minute : at);
}

/** What stands under a line of the time axis: no more than tells it from its neighbours. */
export function tickText(at: number, apartMs: number, utc: boolean): string {
  const date = zoned(at, utc);
  const [hours, minutes, seconds] = [date.getHours(), date.getMinutes(), date.getSeconds()];
  if (apartMs >= day || (hours === 0 && minutes === 0 && seconds === 0))
    return `${date.getDate()} ${months[date.getMonth()]}`;
  return [hours, minutes, ...(apartMs < minute ? [seconds] : [])]
    .map((part) => String(part).padStart(2, "0"))
    .join(":");
}
