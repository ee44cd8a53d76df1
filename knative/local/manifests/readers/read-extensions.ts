import { extensionName, specifiedAttributes } from '../knative-rules.ts';
import type { Fields } from '../yaml/fields.ts';

/** `ceOverrides.extensions`, with names in lower case as the CloudEvents SDK writes them. */
export function readExtensions(spec: Fields): Record<string, string> {
  const overrides = spec.fields('ceOverrides')?.only('extensions');
  const extensions = overrides?.map('extensions') ?? {};
  return Object.fromEntries(
    Object.entries(extensions).map(([name, value]) => {
      const fields = overrides!.need('extensions');
      if (!extensionName.test(name)) fields.fail(name, 'is not the name of an extension: letters and digits are');
      if (specifiedAttributes.includes(name.toLowerCase()))
        fields.fail(name, 'is an attribute of CloudEvents itself: no event with it as an extension would be sent');
      return [name.toLowerCase(), value];
    }),
  );
}
