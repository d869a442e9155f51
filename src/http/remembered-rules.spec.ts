import { getMetadataStorage, IsString, MinLength } from 'class-validator';
import { validated } from './validation.pipe.js';
import { rememberRules } from './remembered-rules.js';

class Named {
  @IsString()
  @MinLength(2)
  name!: string;
}

class Titled extends Named {
  @IsString()
  title!: string;
}

describe('rules of a class', () => {
  /** A storage of its own that finds what all have, and counts who asks. */
  const counted = () => {
    const all = getMetadataStorage();
    const asked: unknown[] = [];
    const storage = Object.assign(Object.create(all) as typeof all, {
      getTargetValidationMetadatas: (...args: Parameters<typeof all.getTargetValidationMetadatas>) => {
        asked.push(args[0]);
        return all.getTargetValidationMetadatas(...args);
      },
    });
    rememberRules(storage);
    return { storage, asked };
  };

  it('are gathered once, those of the class that it extends with them', () => {
    const { storage, asked } = counted();
    const [first, second] = [1, 2].map(() => storage.getTargetValidationMetadatas(Titled, '', false, false));
    storage.getTargetValidationMetadatas(Named, '', false, false);
    expect(asked).toEqual([Titled, Named]);
    expect(second).toBe(first);
    expect(Object.keys(storage.groupByPropertyName(first ?? []))).toEqual(['title', 'name']);
    expect(storage.groupByPropertyName(first ?? [])).toBe(storage.groupByPropertyName(second ?? []));
  });

  it('are gathered anew for who asks for groups', () => {
    const { storage, asked } = counted();
    storage.getTargetValidationMetadatas(Titled, '', false, false, ['some']);
    storage.getTargetValidationMetadatas(Titled, '', false, false, ['some']);
    expect(asked).toHaveLength(2);
  });

  it('are asked for by class-validator as it is installed', () => {
    validated(Titled, { name: 'Jo', title: 'Dr' });
    const storage = getMetadataStorage();
    const remembered = storage.getTargetValidationMetadatas(Titled, '', false, false);
    expect(storage.getTargetValidationMetadatas(Titled, '', false, false)).toBe(remembered);
    const unknown = { name: 'J', title: 1, nmae: '' };
    const refusal = () => validated(Titled, unknown);
    for (let time = 0; time < 2; time += 1) {
      expect(refusal).toThrow(
        expect.objectContaining({
          fields: { nmae: [expect.stringContaining('name')], title: ['must be a string'], name: [expect.any(String)] },
        }),
      );
    }
  });
});
