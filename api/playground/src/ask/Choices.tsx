// A folded list of boxes to tick, told in short while it is folded.
import { listed, t } from '../words';

type Props = {
  legend: string;
  /** What it means when nothing is ticked. */
  none: string;
  options: { value: string; label: string }[];
  chosen: string[];
  onChange: (chosen: string[]) => void;
  quick?: { label: string; values: string[] }[];
  disabled?: boolean;
};

export function Choices({ legend, none, options, chosen, onChange, quick = [], disabled }: Props) {
  const picked = options.filter(({ value }) => chosen.includes(value));
  const told = picked.length === 0 ? none : picked.length <= 3 ? listed(picked.map(({ label }) => label)) : t('{picked} of {of}', { picked: picked.length, of: options.length });
  const toggle = (value: string) => {
    const kept = new Set(chosen);
    if (!kept.delete(value)) kept.add(value);
    onChange(options.map((one) => one.value).filter((one) => kept.has(one)));
  };
  return (
    <details className="choices">
      <summary>
        <span>{legend}</span> <b>{told}</b>
      </summary>
      <fieldset disabled={disabled}>
        <legend className="unseen">{legend}</legend>
        {quick.length > 0 ? (
          <div className="quick">
            {[{ label: none, values: [] as string[] }, ...quick].map(({ label, values }) => (
              <button key={label} type="button" onClick={() => onChange(values)}>
                {label}
              </button>
            ))}
          </div>
        ) : null}
        {options.map(({ value, label }) => (
          <label key={value}>
            <input type="checkbox" checked={chosen.includes(value)} onChange={() => toggle(value)} /> {label}
          </label>
        ))}
      </fieldset>
    </details>
  );
}
