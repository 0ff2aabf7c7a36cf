using Pioneer.Embedded.Connect.Configuration;
using Pioneer.Embedded.Connect.Jdbc;
using Pioneer.Sources;
using Xunit;

namespace Pioneer.Tests.Embedded.ConnectWorker;

public sealed class JdbcSettingsTests
{
    [Theory]
    [InlineData("bulk", "SELECT * FROM (SELECT 1) q")]
    [InlineData("incrementing", """SELECT * FROM (SELECT 1) q WHERE "id" > @last ORDER BY "id" ASC""")]
    [InlineData("timestamp", """SELECT * FROM (SELECT 1) q WHERE "at" > @start AND "at" < @end ORDER BY "at" ASC""")]
    [InlineData("timestamp+incrementing", """SELECT * FROM (SELECT 1) q WHERE "at" < @end AND (("at" = @start AND "id" > @last) OR "at" > @start) ORDER BY "at", "id" ASC""")]
    public void Statement_is_worded_as_the_real_connector_words_it(string mode, string expected)
    {
        var settings = JdbcSourceSettings.Parse(
            Config(("mode", mode), ("query", "SELECT * FROM (SELECT 1) q"), ("incrementing.column.name", "id"), ("timestamp.column.name", "at")),
            TimeProvider.System);

        Assert.Equal(expected, JdbcSql.Build(settings, null, new JdbcOffset(7, SourceInstant.FromUnixMs(0))));
    }

    [Theory]
    [InlineData("incrementing", """SELECT * FROM (SELECT 1) q ORDER BY "id" ASC""")]
    [InlineData("timestamp", """SELECT * FROM (SELECT 1) q WHERE ("at" < @end OR "at" IS NULL) ORDER BY "at" IS NOT NULL, "at" ASC""")]
    [InlineData("timestamp+incrementing", """SELECT * FROM (SELECT 1) q WHERE ("at" < @end OR "at" IS NULL) ORDER BY "at" IS NOT NULL, "at", "id" ASC""")]
    public void First_pass_has_no_lower_bound_and_takes_rows_without_a_time(string mode, string expected)
    {
        var settings = JdbcSourceSettings.Parse(
            Config(("mode", mode), ("query", "SELECT * FROM (SELECT 1) q"), ("incrementing.column.name", "id"), ("timestamp.column.name", "at")),
            TimeProvider.System);

        Assert.Equal(expected, JdbcSql.Build(settings, null, JdbcOffset.Start));
    }

    [Theory]
    [InlineData("connection.url", "query=SELECT 1;connection.url=jdbc:mysql://x/y")]
    [InlineData("connection.url", "query=SELECT 1;connection.url=jdbc:sqlite:")]
    [InlineData("connection.url", "query=SELECT 1;connection.url=jdbc:sqlite:relative.db")]
    [InlineData("connection.url", "query=SELECT 1;connection.url=jdbc:postgresql://")]
    [InlineData("mode", "mode=sometimes")]
    [InlineData("query", "query=SELECT 1;table.whitelist=a")]
    [InlineData("table.whitelist", "")]
    [InlineData("timestamp.column.name", "mode=timestamp;query=SELECT 1")]
    [InlineData("incrementing.column.name", "mode=incrementing;query=SELECT 1")]
    [InlineData("db.timezone", "query=SELECT 1;db.timezone=Mars/Olympus")]
    public void Wrong_settings_name_their_key(string key, string settings)
    {
        var pairs = settings.Split(';', StringSplitOptions.RemoveEmptyEntries).Select(pair => pair.Split('=', 2)).Select(pair => (pair[0], pair[1]));

        var error = Assert.Throws<ConnectConfigException>(() => JdbcSourceSettings.Parse(Config([.. pairs]), TimeProvider.System));

        Assert.Equal(key, error.Key);
    }

    [Fact]
    public void Offset_is_the_real_connectors_json_and_keeps_microseconds()
    {
        var offset = new JdbcOffset(7, SourceInstant.FromUnixMs(1_700_000_000_123) + TimeSpan.FromMicroseconds(456));

        Assert.Equal("""{"incrementing":7,"timestamp":1700000000123,"timestamp_nanos":123456000}""", offset.ToJson());
        Assert.Equal(offset, JdbcOffset.Parse(offset.ToJson()));
        Assert.Equal(JdbcOffset.Start, JdbcOffset.Parse(null));
    }

    private static Dictionary<string, string> Config(params (string Key, string Value)[] settings)
    {
        var config = new Dictionary<string, string>
        {
            ["connection.url"] = "jdbc:sqlite:/tmp/none.db",
            ["mode"] = "bulk",
            ["topic.prefix"] = "t",
        };
        foreach (var (key, value) in settings)
        {
            config[key] = value;
        }

        return config;
    }
}
