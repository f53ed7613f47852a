// The chart: drawn when it is looked at, as wide as there is room, also to take away.
import { useEffect, useRef, useState } from 'react';

import { draw, type Drawing, type Drawn } from './draw';
import type { Table } from './tables';
import { t } from '../words';

type Props = {
  table: Table;
  drawing: Omit<Drawing, 'width' | 'most'>;
  onDrawn: (again: (drawing: Partial<Drawing>) => Drawn | undefined) => void;
};

const FIRST = 60;

export default function Chart({ table, drawing, onDrawn }: Props) {
  const box = useRef<HTMLDivElement>(null);
  const [width, setWidth] = useState(0);
  const [most, setMost] = useState(FIRST);
  const [drawn, setDrawn] = useState<Drawn | undefined>();
  const { kind, measure, panel, dark, isOwn } = drawing;

  useEffect(() => {
    const observer = new ResizeObserver(([entry]) => setWidth(Math.floor(entry.contentRect.width)));
    observer.observe(box.current!);
    return () => observer.disconnect();
  }, []);
  useEffect(() => setMost(FIRST), [table, kind, measure, panel]);
  useEffect(() => {
    if (width === 0) return;
    const again = (other: Partial<Drawing>) => draw(table, { kind, measure, panel, dark, isOwn, most, width: Math.max(300, Math.min(width, 1200)), ...other });
    const next = again({});
    setDrawn(next);
    onDrawn(again);
    box.current!.replaceChildren(...(next ? [next.svg] : []));
  }, [table, kind, measure, panel, dark, isOwn, most, width, onDrawn]);

  return (
    <>
      {drawn?.legend.length ? (
        <ul className="swatches" aria-label={t('Colours')}>
          {drawn.legend.map(({ text, ink }) => (
            <li key={text}>
              <span style={{ background: ink }} /> {text}
            </li>
          ))}
        </ul>
      ) : null}
      <div className="drawing" ref={box} />
      {drawn ? null : <p className="hint">{t('Nothing to draw here.')}</p>}
      {drawn && drawn.left > 0 ? (
        <button type="button" onClick={() => setMost(most + 4 * FIRST)}>
          {t('Draw more: {left} are not drawn yet', { left: drawn.left })}
        </button>
      ) : null}
    </>
  );
}
