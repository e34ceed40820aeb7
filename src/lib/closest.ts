import { distance } from 'fastest-levenshtein';

/** The candidates most like `text`, best first: those that start with it, then those within a third of its length in edits. */
export function closest(text: string, candidates: readonly string[], most = 3): string[] {
  const wanted = text.toLowerCase();
  if (wanted === '') return [];
  const reach = Math.max(2, Math.ceil(wanted.length / 3));
  return candidates
    .map((candidate) => ({ candidate, score: score(wanted, candidate.toLowerCase()) }))
    .filter(({ score }) => score <= reach)
    .sort((a, b) => a.score - b.score)
    .slice(0, most)
    .map(({ candidate }) => candidate);
}

function score(wanted: string, candidate: string): number {
  if (candidate === wanted) return 0;
  if (candidate.startsWith(wanted) || candidate.split(/[-\s]/).some((word) => word === wanted)) return 0.5;
  return distance(wanted, candidate);
}
