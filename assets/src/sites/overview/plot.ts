import { scaleLinear, scaleUtc } from "d3-scale";
import { area, line } from "d3-shape";

/** What is drawn: one value a step, some of them missing. */
export type Series = readonly (number | undefined)[];

export interface Frame {
  width: number;
  height: number;
  left: number;
  right: number;
  top: number;
  bottom: number;
}

export interface Plot {
  x: (step: number) => number;
  y: (value: number) => number;
  /** The values that lines are drawn at, the lowest first. */
  levels: number[];
}

const levelCount = 4;

/** Where steps and values lie: from nought to a round number above the largest. */
export function plotOf(
  frame: Frame,
  steps: number,
  all: readonly Series[],
  isWhole: boolean,
): Plot {
  const largest = Math.max(0, ...all.flat().filter((value) => value !== undefined));
  const y = scaleLinear()
    .domain([0, largest || 1])
    .nice(levelCount)
    .range([frame.height - frame.bottom, frame.top]);
  const x = scaleLinear()
    .domain([0, Math.max(1, steps - 1)])
    .range([frame.left, frame.width - frame.right]);
  const middle = (frame.left + frame.width - frame.right) / 2;
  const levels = y.ticks(levelCount).filter((value) => !isWhole || Number.isInteger(value));
  return { x: (step) => (steps > 1 ? x(step) : middle), y, levels: largest === 0 ? [0] : levels };
}

/** The means of as many steps each as make no more than `most` of them. */
export function thinned(series: Series, most: number): Series {
  const size = Math.ceil(series.length / most);
  if (size <= 1) return series;
  return stepsOf(0, Math.ceil(series.length / size) - 1).map((group) => {
    const part = series.slice(group * size, (group + 1) * size);
    const known = part.filter((value) => value !== undefined);
    return known.length > 0 ? known.reduce((sum, value) => sum + value) / known.length : undefined;
  });
}

/** The line through a series from one step to another, both included. */
export function lineOf({ x, y }: Plot, series: Series, from = 0, to = series.length - 1): string {
  const draw = line<number>()
    .defined((step) => series[step] !== undefined)
    .x(x)
    .y((step) => y(series[step] ?? 0));
  return draw(stepsOf(from, to)) ?? "";
}

/** The steps that no line goes through: nothing is known of those beside them. */
export function loneSteps(series: Series): number[] {
  const isKnown = (step: number) => series[step] !== undefined;
  return stepsOf(0, series.length - 1).filter(
    (step) => isKnown(step) && !isKnown(step - 1) && !isKnown(step + 1),
  );
}

/** The ground below that line. */
export function areaOf({ x, y }: Plot, series: Series): string {
  const draw = area<number>()
    .defined((step) => series[step] !== undefined)
    .x(x)
    .y0(y(0))
    .y1((step) => y(series[step] ?? 0));
  return draw(stepsOf(0, series.length - 1)) ?? "";
}

/** Which step lies nearest to a place from the left. */
export function stepAt({ x }: Plot, steps: number, place: number): number {
  const [first, last] = [x(0), x(steps - 1)];
  if (last === first) return 0;
  const step = Math.round(((place - first) / (last - first)) * (steps - 1));
  return Math.min(Math.max(step, 0), steps - 1);
}

/** The days that are written below, as calendars part them: at most about so many. */
export function dayMarks(days: readonly string[], most: number): number[] {
  const times = days.map((day) => Date.parse(day));
  const [first, last] = [times[0], times.at(-1)];
  if (first === undefined || last === undefined || first === last) return [0];
  const places = scaleUtc()
    .domain([first, last])
    .ticks(most)
    .map((tick) => times.indexOf(tick.getTime()));
  return [...new Set(places.filter((place) => place >= 0))];
}

/** The hours that are written below: every third, sixth or twelfth. */
export function hourMarks(hours: readonly string[], most: number): number[] {
  const every = [3, 6, 12].find((every) => hours.length / every <= most) ?? 24;
  return stepsOf(0, hours.length - 1).filter(
    (step) => Number(hours[step]?.slice(11, 13)) % every === 0,
  );
}

function stepsOf(from: number, to: number): number[] {
  return Array.from({ length: Math.max(0, to - from + 1) }, (_, step) => from + step);
}
