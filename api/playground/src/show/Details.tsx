// What is behind a cell: value, interval, institutions, and where hidden the reason with remedies to press.
import { useEffect, useRef } from 'react';

import { explain, figure, interval, isHidden, shown, verdict, words, type Entry, type Measure } from './tables';
import { remedyTold, t } from '../words';

type Props = {
  entry: Entry;
  measure: Measure;
  rank?: string;
  at: DOMRect;
  onClose: () => void;
  onRemedy?: (remedy: string) => void;
};

export function Details({ entry, measure, rank, at, onClose, onRemedy }: Props) {
  const box = useRef<HTMLDivElement>(null);
  const estimate = entry.estimates.get(measure.id)!;
  useEffect(() => {
    const panel = box.current!;
    // Beside the cell, within the window.
    const { width, height } = panel.getBoundingClientRect();
    panel.style.left = `${Math.max(8, Math.min(at.left, innerWidth - width - 8))}px`;
    panel.style.top = `${at.bottom + height + 8 < innerHeight ? at.bottom + 4 : Math.max(8, at.top - height - 4)}px`;
    panel.querySelector<HTMLElement>('button')?.focus({ preventScroll: true });
    const away = (event: Event) => {
      if (!panel.contains(event.target as Node)) onClose();
    };
    // The press that opened it has not ended yet.
    const timer = setTimeout(() => document.addEventListener('click', away));
    return () => {
      clearTimeout(timer);
      document.removeEventListener('click', away);
    };
  }, [at, onClose]);

  const between = interval(measure, estimate);
  const others = [...entry.places.values()].map(({ text }) => text).join(' · ');
  const facts: [string, string][] = [];
  if (!isHidden(estimate)) {
    facts.push([measure.label, shown(measure, estimate)]);
    if (between && !measure.plain && !estimate.bound && estimate.standardError) {
      facts.push([t('95 % interval'), t('{low} to {high}', { low: figure(measure, between[0]), high: figure(measure, between[1]) })]);
    }
    if (rank) facts.push([t('Rank, as far as the intervals tell'), rank]);
  }
  if (typeof entry.institutions === 'number') facts.push([t('Institutions'), String(entry.institutions)]);
  if (entry.comparability && entry.comparability !== 'EXACT') facts.push([t('Comparability'), words(entry.comparability)]);
  const told = verdict(estimate);
  if (told) facts.push([t('The change'), told]);
  return (
    <div
      className="details"
      ref={box}
      role="dialog"
      aria-label={others}
      onKeyDown={(event) => {
        if (event.key === 'Escape') {
          event.stopPropagation();
          onClose();
        }
      }}
    >
      <button type="button" className="close" aria-label={t('Close')} onClick={onClose}>
        ×
      </button>
      <p>
        <b>{others}</b>
      </p>
      {facts.length > 0 ? (
        <dl>
          {facts.map(([term, text]) => (
            <div key={term}>
              <dt>{term}</dt>
              <dd>{text}</dd>
            </div>
          ))}
        </dl>
      ) : null}
      {explain(estimate) ? <p>{explain(estimate)}</p> : null}
      {isHidden(estimate) && estimate.remedy?.length ? (
        <>
          <p>{t('To get a number:')}</p>
          <ul>
            {estimate.remedy.map((remedy) => (
              <li key={remedy}>
                {onRemedy ? (
                  <button type="button" onClick={() => onRemedy(remedy)}>
                    {remedyTold(remedy)}
                  </button>
                ) : (
                  remedyTold(remedy)
                )}
              </li>
            ))}
          </ul>
        </>
      ) : isHidden(estimate) ? (
        <p>{estimate.remedy ? t('Nothing within your agreements would give a number.') : t('Ask for the field remedy to see what would give a number.')}</p>
      ) : null}
    </div>
  );
}
