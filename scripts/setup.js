// Brings a fresh clone to where it can run: the packages of package-lock.json, what a newcomer's
// machine lacks, and the dashboard.
// Does only what is missing, and needs no network when nothing is. Runs on Node 20 with nothing installed.
//
//   node scripts/setup.js               what `npm start` needs
//   node scripts/setup.js --for-tests   also what `npm test` needs
//   node scripts/setup.js --packages    the packages alone
import { buildDashboard } from './setup/build-dashboard.js';
import { installPackages } from './setup/install-packages.js';
import { provideRequirements } from './setup/provide-requirements.js';
import { requirements } from './setup/requirements.js';
import { SetupError } from './setup/setup-error.js';

const flags = process.argv.slice(2);
const unknown = flags.find((flag) => flag !== '--for-tests' && flag !== '--packages');

try {
  if (unknown !== undefined)
    throw new SetupError(`${unknown} is not known; there are --for-tests and --packages`);
  installPackages();
  if (!flags.includes('--packages')) {
    const forTests = flags.includes('--for-tests');
    provideRequirements(requirements.filter((requirement) => forTests || !requirement.forTestsOnly));
    buildDashboard();
  }
} catch (error) {
  if (!(error instanceof SetupError)) throw error;
  console.error(`set-up: ${error.message}`);
  process.exitCode = 1;
}
