import { describe } from 'vitest';
import { startFirestore } from '../../../../infra/local/firestore/server.ts';
import { missingPrograms, startEmulator } from '../../../../infra/local/gcloud/emulator.ts';
import { firestoreContract, firestoreSlowContract } from '../../../contract/firestore-server.ts';

describe('the embedded server keeps the slow part of the contract', () => {
  firestoreSlowContract(() => startFirestore());
});

if (missingPrograms().length === 0) {
  describe("Google's emulator keeps the same contract", () => {
    firestoreContract(() => startEmulator('firestore'));
    firestoreSlowContract(() => startEmulator('firestore'));
  });
} else {
  process.stderr.write("gcloud is missing: the contract was not run on Google's emulator\n");
}
