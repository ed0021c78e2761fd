// Brings a fresh clone to where it can run: the packages of package-lock.json, what a newcomer's
// machine lacks, and the dashboard.
// Does only what is missing, and needs no network when nothing is. Runs on Node 20 with nothing installed.
//
//   node scripts/setup.js                    what `npm start` needs
//   node scripts/setup.js --for-tests        also what `npm test` needs
//   node scripts/setup.js --for-containers   also what `npm run test:containers` needs
//   node scripts/setup.js --packages         the packages alone
import { buildDashboard } from './setup/build-dashboard.js';
import { installPackages } from './setup/install-packages.js';
import { provideRequirements } from './setup/provide-requirements.js';
import { requirements } from './setup/requirements.js';
import { SetupError } from './setup/setup-error.js';

const flags = process.argv.slice(2);
const FLAGS = ['--for-tests', '--for-containers', '--packages'];
const unknown = flags.find((flag) => !FLAGS.includes(flag));

try {
  if (unknown !== undefined) throw new SetupError(`${unknown} is not known; there are ${FLAGS.join(', ')}`);
  installPackages();
  if (!flags.includes('--packages')) {
    const needed = [
      'running',
      ...(flags.includes('--for-tests') ? ['tests'] : []),
      ...(flags.includes('--for-containers') ? ['containers'] : []),
    ];
    provideRequirements(requirements.filter(({ neededFor }) => needed.includes(neededFor)));
    buildDashboard();
  }
} catch (error) {
  if (!(error instanceof SetupError)) throw error;
  console.error(`set-up: ${error.message}`);
  process.exitCode = 1;
}
