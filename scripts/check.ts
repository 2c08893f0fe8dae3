import { runChecks } from './run-checks.ts'
import { showTotal } from './total.ts'

showTotal(await runChecks())
