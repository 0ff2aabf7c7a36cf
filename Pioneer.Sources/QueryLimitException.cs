using System.Globalization;

namespace Pioneer.Sources;

/// <summary>A query gave no row within its limit.</summary>
public sealed class QueryLimitException(TimeSpan limit, Exception? inner) : Exception(
    $"the query gave no row within its limit of {limit.TotalSeconds.ToString(CultureInfo.InvariantCulture)} s", inner)
{
    internal const string JavaName = "java.sql.SQLTimeoutException";
}
