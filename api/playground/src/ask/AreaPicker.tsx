// Areas found by name, code or kind, and taken as chips. One table holds one kind of area.
import { useId, useMemo, useState, type KeyboardEvent } from 'react';

import { areaKinds, plural, sortOf, type AreaRef } from './session';
import { named, t } from '../words';

type Props = { areas: AreaRef[]; chosen: AreaRef[]; onChange: (chosen: AreaRef[]) => void };

const MOST = 60;

export function AreaPicker({ areas, chosen, onChange }: Props) {
  const id = useId();
  const [text, setText] = useState('');
  const [kind, setKind] = useState('');
  const [open, setOpen] = useState(false);
  const [active, setActive] = useState(0);
  const found = useMemo(() => {
    const wanted = text.trim().toLowerCase();
    const taken = new Set(chosen.map(({ code }) => code));
    return areas
      .filter((one) => !taken.has(one.code) && (!kind || one.kind === kind))
      .filter(({ code, name }) => !wanted || name.toLowerCase().includes(wanted) || named('area', code, name).includes(wanted) || code.toLowerCase().includes(wanted))
      .sort((a, b) => a.name.localeCompare(b.name) || a.code.localeCompare(b.code));
  }, [areas, chosen, text, kind]);
  const listed = found.slice(0, MOST);
  const at = Math.min(active, listed.length - 1);
  const isOpen = open && listed.length > 0;

  const take = (area: AreaRef | undefined) => {
    if (!area) return;
    onChange([...chosen, area]);
    setText('');
    setActive(0);
    // Otherwise it would lie over what comes next.
    setOpen(false);
  };
  const press = (event: KeyboardEvent) => {
    if (event.key === 'ArrowDown' || event.key === 'ArrowUp') {
      event.preventDefault();
      if (isOpen) setActive((at + (event.key === 'ArrowDown' ? 1 : listed.length - 1)) % listed.length);
      setOpen(true);
    } else if (event.key === 'Enter') {
      event.preventDefault();
      if (isOpen) take(listed[at]);
    } else if (event.key === 'Escape') {
      setOpen(false);
    } else if (event.key === 'Backspace' && text === '') {
      onChange(chosen.slice(0, -1));
    }
  };

  const mixed = new Set(chosen.map((one) => one.kind)).size > 1;
  return (
    <div className="areas">
      <div className="pair">
        <label htmlFor={`${id}-search`}>{t('Areas')}</label>
        <select aria-label={t('Kind of area to look for')} value={kind} onChange={(event) => setKind(event.target.value)}>
          <option value="">{t('any kind')}</option>
          {areaKinds(areas).map((one) => (
            <option key={one} value={one}>
              {plural(one)}
            </option>
          ))}
        </select>
      </div>
      <ul className="chips" aria-label={t('Areas asked about')}>
        {chosen.map((area) => (
          <li key={area.code}>
            {named('area', area.code, area.name)} <small>{sortOf(area)}</small>{' '}
            <button type="button" aria-label={t('Leave out {area}, {kind}', { area: area.name, kind: sortOf(area) })} onClick={() => onChange(chosen.filter((one) => one !== area))}>
              ×
            </button>
          </li>
        ))}
        {chosen.length === 0 ? <li className="none">{t('everything your agreements reach')}</li> : null}
      </ul>
      <div className="combobox">
        <input
          id={`${id}-search`}
          role="combobox"
          aria-expanded={isOpen}
          aria-controls={`${id}-list`}
          aria-activedescendant={isOpen ? `${id}-${at}` : undefined}
          aria-autocomplete="list"
          autoComplete="off"
          placeholder={t('name or code, e.g. north east')}
          value={text}
          onChange={(event) => {
            setText(event.target.value);
            setOpen(true);
            setActive(0);
          }}
          onClick={() => setOpen(true)}
          onBlur={() => setOpen(false)}
          onKeyDown={press}
        />
        {open && listed.length === 0 ? <p className="none">{t('No area that you may ask about has this in its name or code.')}</p> : null}
        <ul id={`${id}-list`} role="listbox" aria-label={t('Areas found')} hidden={!isOpen}>
          {(isOpen ? listed : []).map((area, index) => (
            <li
              key={area.code}
              id={`${id}-${index}`}
              role="option"
              aria-selected={index === at}
              // Before the field loses the focus, which would close the list.
              onMouseDown={(event) => {
                event.preventDefault();
                take(area);
              }}
            >
              {named('area', area.code, area.name)}{' '}
              <small>
                {sortOf(area)} · {area.code}
              </small>
            </li>
          ))}
        </ul>
        {isOpen && found.length > listed.length ? <p className="none">{t('and {more} more: type on', { more: found.length - listed.length })}</p> : null}
      </div>
      {mixed ? <p className="warning">{t('One table holds one kind of area: leave some out, or break all down to one kind below.')}</p> : null}
    </div>
  );
}
