import type { Io } from './command.ts';

export interface ProgressState {
  label: string;
  rows: number;
  /** Part of the work that is done, 0..1; undefined where the end is not known. */
  part: number | undefined;
}

export interface Progress {
  show(state: ProgressState): void;
  /** Wipes the line, so that the result starts on a clean one. */
  done(): void;
}

/** Longest silence between two drawings, in milliseconds: smooth to the eye, cheap to the work. */
const redrawMs = 100;

/** Rows, rate and remaining time, drawn over itself on a terminal and not at all elsewhere. */
export function createProgress(io: Io): Progress {
  if (!io.terminal) return { show: () => undefined, done: () => undefined };
  const startedAt = performance.now();
  let drawnAt = 0;
  return {
    show({ label, rows, part }) {
      const now = performance.now();
      if (now - drawnAt < redrawMs) return;
      drawnAt = now;
      const seconds = Math.max(0.001, (now - startedAt) / 1000);
      const remaining =
        part !== undefined && part > 0.01 && part < 1 ? `, ${Math.ceil((seconds * (1 - part)) / part)} s left` : '';
      const percent = part === undefined ? '' : ` ${Math.floor(part * 100)} %`;
      io.note(
        `\r\u001b[K${label}${percent}: ${rows.toLocaleString('en')} rows, ${Math.round(rows / seconds).toLocaleString('en')}/s${remaining}`,
      );
    },
    done() {
      if (drawnAt > 0) io.note('\r\u001b[K');
    },
  };
}
