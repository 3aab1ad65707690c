import { objectStoreContract } from '../../contract/object-store.ts';
import { bucket, startFixture } from './fixture.ts';

objectStoreContract(async () => {
  const { store, close } = await startFixture();
  return { store, bucket, close };
});
