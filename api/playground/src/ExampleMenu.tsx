// A menu of the examples, for when their tabs were closed.
import { useGraphiQL, useGraphiQLActions } from '@graphiql/react';

import { examples } from './examples';

export function ExampleMenu() {
  const { addTab } = useGraphiQLActions();
  const editor = useGraphiQL((state) => state.queryEditor);
  const open = (index: string) => {
    addTab();
    editor?.setValue(examples[Number(index)].query);
    editor?.focus();
  };
  return (
    <select aria-label="Open an example" value="" onChange={(event) => open(event.target.value)}>
      <option value="" disabled>
        Examples
      </option>
      {examples.map(({ name }, index) => (
        <option key={name} value={index}>
          {name}
        </option>
      ))}
    </select>
  );
}
