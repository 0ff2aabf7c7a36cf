IF SUSER_ID(N'pioneer') IS NULL
    CREATE LOGIN pioneer WITH PASSWORD = N'$(password)', CHECK_POLICY = ON;
ELSE
    ALTER LOGIN pioneer WITH PASSWORD = N'$(password)';
GO
IF DB_ID(N'pioneer') IS NULL
    CREATE DATABASE pioneer;
GO
USE pioneer;
GO
IF USER_ID(N'pioneer') IS NULL
    CREATE USER pioneer FOR LOGIN pioneer WITH DEFAULT_SCHEMA = dbo;
GO
-- migrations make tables and indexes; nothing else of the server or of another database is needed
ALTER ROLE db_datareader ADD MEMBER pioneer;
ALTER ROLE db_datawriter ADD MEMBER pioneer;
ALTER ROLE db_ddladmin ADD MEMBER pioneer;
GO
