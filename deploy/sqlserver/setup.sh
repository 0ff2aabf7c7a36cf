#!/usr/bin/env bash
# The portal's database and its login, which is nobody on the server and may read, write and migrate in that database only. Idempotent; a new password is taken up.
set -euo pipefail
/opt/mssql-tools18/bin/sqlcmd -S sqlserver -U sa -P "$MSSQL_SA_PASSWORD" -N m -b -v password="$PIONEER_DATABASE_PASSWORD" -i /etc/pioneer/setup.sql
