/** A mistake made on purpose, that a run has to see. */
export interface PlantedFault {
  /** As in `--break=<name>`. */
  name: string;
  /** What is wrong then. */
  about: string;
  /** In the sources as they are compiled for the run; each text occurs once. */
  edits: { file: string; from: string; to: string }[];
  /** In the database, after its migrations. */
  sql?: string[];
  /** Settings of the service. */
  environment?: Record<string, string>;
  /** Settings of PostgreSQL. */
  postgres?: string[];
}
