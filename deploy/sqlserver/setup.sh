#!/usr/bin/env bash
# The portal's database and its login, which is nobody on the server and may read, write and migrate in that database only. Idempotent; a new password is taken up.
set -euo pipefail
# by the environment, which only its owner reads: arguments stand in every account's list of processes. sqlcmd takes $(password) of the script from there too
export SQLCMDPASSWORD=$MSSQL_SA_PASSWORD password=$PIONEER_DATABASE_PASSWORD
/opt/mssql-tools18/bin/sqlcmd -S sqlserver -U sa -N m -b -i /etc/pioneer/setup.sql
