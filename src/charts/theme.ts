/**
 * The one look of every chart. Sizes are logical pixels of a 600 x 315 picture (1200 x 630 device pixels); on a phone it
 * is shown about 360 wide, so 14 here is read as 8 to 9 there, which is the smallest that still reads.
 */
export const chartWidth = 600;
export const chartHeight = 315;
export const pixelRatio = 2;

export const margin = { left: 16, right: 16, top: 14, bottom: 10 } as const;

export const textSize = { title: 19, subtitle: 14, label: 14, small: 12 } as const;
export const boldWeight = 600;

/** Contrast on white: ink 16:1, muted 6:1, axis 4.7:1; the grid is meant to be barely seen. */
export const ink = '#1b1f24';
export const mutedInk = '#57606a';
export const targetInk = '#3d444d';
export const gridLine = '#e6e8eb';
export const axisLine = '#b6bcc3';
export const paper = '#ffffff';

/** Dots and gaps of the line to or from a bucket that is not complete. */
export const incompleteDash = [3, 3];
/** The line to or from a bucket that only has to mature: pale, in longer dashes. */
export const immatureDash = [9, 3];
export const immatureStrength = 0.5;
export const targetDash = [6, 4];
