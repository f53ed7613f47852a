// How to cite a table in words.
import type { Table } from '../show/tables';

export function citationOf({ about }: Table): string | undefined {
  if (!about.citation) return undefined;
  const { release, tier, framework, citation } = about;
  const published = release?.publishedAt?.slice(0, 10);
  const parts = [
    `Benchmark Exchange${release?.number === undefined ? '' : `, release ${release.number}`}${published ? ` (${published})` : ''}`,
    framework?.code,
    tier && `tier ${tier.toLowerCase()}`,
    release?.synthetic ? 'synthetic data' : undefined,
    citation,
  ];
  return `${parts.filter(Boolean).join('. ')}. Asked ${new Date().toISOString().slice(0, 10)}.`;
}
