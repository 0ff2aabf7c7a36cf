using Xunit;

namespace Pioneer.Tests.Sources;

/// <summary>A PostgreSQL server that the tests of a class share.</summary>
public sealed class PostgresFixture : PostgresServer, IAsyncLifetime;
