using System.Collections.Immutable;
using Confluent.Kafka;

namespace Pioneer.Jobs.Kafka.Wire;

/// <summary>DescribeClientQuotas and AlterClientQuotas, versions 0 and 1, which differ only in the encoding (KIP-546).</summary>
internal static class QuotaMessages
{
    public const short HighestVersion = 1;
    public const short FirstFlexibleVersion = 1;

    private const string User = "user";
    private const string ClientId = "client-id";
    private const string Ip = "ip";

    /// <summary>Asks for the quotas of every entity there is.</summary>
    public static void WriteDescribeAll(WireWriter writer)
    {
        writer.Array(Array.Empty<string>(), (_, _) => { });
        writer.Bool(false);
        writer.EndStruct();
    }

    public static (ErrorCode Error, string? Message, ImmutableArray<KafkaQuota> Quotas) ReadDescribed(WireReader reader)
    {
        reader.Int32();
        var error = (ErrorCode)reader.Int16();
        var message = reader.NullableString();
        var quotas = reader.Array(ReadQuota);
        reader.EndStruct();
        return (error, message, quotas);
    }

    public static void WriteAlter(WireWriter writer, IReadOnlyCollection<KafkaQuotaAlteration> alterations, bool validateOnly)
    {
        writer.Array(alterations, WriteAlteration);
        writer.Bool(validateOnly);
        writer.EndStruct();
    }

    /// <summary>What the broker says of each user.</summary>
    public static ImmutableArray<KafkaItemError> ReadAltered(WireReader reader)
    {
        reader.Int32();
        var answers = reader.Array(entry =>
        {
            var error = (ErrorCode)entry.Int16();
            var message = entry.NullableString();
            var entity = entry.Array(ReadEntity);
            entry.EndStruct();
            return new KafkaItemError(entity.FirstOrDefault(part => part.Type == User).Name ?? "", error, message ?? error.ToString());
        });
        reader.EndStruct();
        return answers;
    }

    private static KafkaQuota ReadQuota(WireReader reader)
    {
        var entity = reader.Array(ReadEntity).ToLookup(part => part.Type, part => part.Name);
        var limits = reader.Array(value =>
        {
            var limit = (Key: value.String(), Value: value.Float64());
            value.EndStruct();
            return limit;
        });
        reader.EndStruct();
        return new KafkaQuota(
            entity[User].FirstOrDefault(), entity[ClientId].FirstOrDefault(), entity[Ip].FirstOrDefault(),
            limits.DistinctBy(limit => limit.Key).ToDictionary(limit => limit.Key, limit => limit.Value));
    }

    // On the wire the default of a kind has no name.
    private static (string Type, string Name) ReadEntity(WireReader reader)
    {
        var part = (reader.String(), reader.NullableString() ?? "");
        reader.EndStruct();
        return part;
    }

    private static void WriteAlteration(WireWriter writer, KafkaQuotaAlteration alteration)
    {
        writer.Array([alteration.User], (entity, name) =>
        {
            entity.String(User);
            entity.String(name);
            entity.EndStruct();
        });
        writer.Array([.. alteration.Limits], (operation, limit) =>
        {
            operation.String(limit.Key);
            operation.Float64(limit.Value ?? 0);
            operation.Bool(limit.Value is null);
            operation.EndStruct();
        });
        writer.EndStruct();
    }
}
