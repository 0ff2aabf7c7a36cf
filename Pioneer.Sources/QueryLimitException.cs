using System.Globalization;

namespace Pioneer.Sources;

/// <summary>A query gave no row within its limit.</summary>
public sealed class QueryLimitException(TimeSpan limit, Exception? inner) : Exception(
    $"the query took longer than {limit.TotalSeconds.ToString(CultureInfo.InvariantCulture)} s without giving a row", inner)
{
    internal const string JavaName = "java.sql.SQLTimeoutException";
}
