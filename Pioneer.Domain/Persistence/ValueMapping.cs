using System.Collections.Immutable;
using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.ChangeTracking;
using Microsoft.EntityFrameworkCore.Storage.ValueConversion;
using Pioneer.Domain.Ingestion;
using Pioneer.Domain.Subscriptions;
using Pioneer.Domain.Tenants;

namespace Pioneer.Domain.Persistence;

/// <summary>How values become columns, on both databases: ids as GUIDs, times as UTC ticks (they sort everywhere), enums as words, lists as JSON.</summary>
internal static class ValueMapping
{
    public static void Apply(ModelConfigurationBuilder builder)
    {
        foreach (var id in typeof(TenantId).Assembly.GetTypes().Where(IsTypedId))
        {
            builder.Properties(id).HaveConversion(typeof(TypedIdConverter<>).MakeGenericType(id));
        }

        builder.Properties<TenantSlug>().HaveConversion<SlugConverter>().HaveMaxLength(TenantSlug.MaxLength).AreUnicode(false);
        builder.Properties<DateTimeOffset>().HaveConversion<UtcTicksConverter>();
        builder.Properties<Enum>().HaveConversion<string>().HaveMaxLength(32).AreUnicode(false);
        builder.Properties<ImmutableArray<string>>().HaveConversion<JsonListConverter<string>, ListComparer<string>>();
        builder.Properties<ImmutableArray<TenantId>>().HaveConversion<JsonListConverter<TenantId>, ListComparer<TenantId>>();
        builder.Properties<ImmutableArray<FeedColumn>>().HaveConversion<JsonListConverter<FeedColumn>, ListComparer<FeedColumn>>();
        builder.Properties<ImmutableArray<ResultColumn>>().HaveConversion<JsonListConverter<ResultColumn>, ListComparer<ResultColumn>>();
    }

    private static bool IsTypedId(Type type) =>
        type.IsValueType && type.GetInterfaces().Any(face => face.IsGenericType && face.GetGenericTypeDefinition() == typeof(ITypedId<>));

    private sealed class TypedIdConverter<TId>() : ValueConverter<TId, Guid>(id => id.Value, value => FromGuid(value))
        where TId : struct, ITypedId<TId>
    {
        private static TId FromGuid(Guid value) => TId.From(value);
    }

    private sealed class SlugConverter() : ValueConverter<TenantSlug, string>(slug => slug.Value, text => TenantSlug.Parse(text));

    private sealed class UtcTicksConverter()
        : ValueConverter<DateTimeOffset, long>(time => time.UtcTicks, ticks => new DateTimeOffset(ticks, TimeSpan.Zero));

    private sealed class JsonListConverter<T>() : ValueConverter<ImmutableArray<T>, string>(
        list => JsonSerializer.Serialize(list, JsonSerializerOptions.Default),
        text => JsonSerializer.Deserialize<ImmutableArray<T>>(text, JsonSerializerOptions.Default));

    private sealed class ListComparer<T>() : ValueComparer<ImmutableArray<T>>(
        (left, right) => Same(left, right),
        list => list.IsDefault ? 0 : list.Length)
    {
        private static bool Same(ImmutableArray<T> left, ImmutableArray<T> right) =>
            left.IsDefault == right.IsDefault && (left.IsDefault || left.SequenceEqual(right));
    }
}
