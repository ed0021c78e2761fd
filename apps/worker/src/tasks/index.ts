import type { Task } from '../task.ts';
import { decryptCertificateData } from './certificate/decrypt-certificate-data.ts';
import { encryptCertificateData } from './certificate/encrypt-certificate-data.ts';
import { validateCertificateBatch } from './certificate/validate-certificate-batch.ts';
import { analyzeConnectivityMatrix } from './diagnostics/analyze-connectivity-matrix.ts';
import { analyzeNetworkPerformance } from './diagnostics/analyze-network-performance.ts';
import { analyzeSslCertificates } from './diagnostics/analyze-ssl-certificates.ts';
import { analyzeCleanupStatistics } from './system/analyze-cleanup-statistics.ts';
import { analyzeFileCleanupPatterns } from './system/analyze-file-cleanup-patterns.ts';
import { analyzeResources } from './system/analyze-resources.ts';

/** Every task of this worker, by the name it is submitted under. */
export const TASKS: ReadonlyMap<string, Task> = new Map(
  [
    analyzeResources,
    analyzeCleanupStatistics,
    analyzeFileCleanupPatterns,
    validateCertificateBatch,
    encryptCertificateData,
    decryptCertificateData,
    analyzeNetworkPerformance,
    analyzeConnectivityMatrix,
    analyzeSslCertificates,
  ].map((task) => [task.name, task]),
);
