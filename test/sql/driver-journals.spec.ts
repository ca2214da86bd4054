import { describeEngines } from '../engines/describe-engines.js';
import { byBetterSqlite3, byMysql2, byPg } from '../shop-clients/drivers.js';
import { clientCases } from './client-cases.js';

describeEngines('A journal by the driver alone', (engine) => {
  if (engine.name === 'postgres') clientCases(engine, byPg);
  else if (engine.name === 'mariadb') clientCases(engine, byMysql2);
  else clientCases(engine, byBetterSqlite3);
});
