namespace Orleans.Runtime.Conformance;

[Collection(SharedSilo.Name)]
public sealed class Keys(SharedSilo silo)
{
    [Fact]
    public async Task A_grain_knows_the_guid_that_it_is_called_by()
    {
        var key = Guid.NewGuid();
        Assert.Equal(key, await silo.Client.GetGrain<IGuidKeyed>(key).Key());
    }

    [Theory]
    [InlineData(0L)]
    [InlineData(-1L)]
    [InlineData(long.MaxValue)]
    [InlineData(long.MinValue)]
    public async Task A_grain_knows_the_integer_that_it_is_called_by(long key) =>
        Assert.Equal(key, await silo.Client.GetGrain<ILongKeyed>(key).Key());

    [Fact]
    public async Task A_grain_knows_the_guid_and_the_string_that_it_is_called_by()
    {
        var key = Guid.NewGuid();
        Assert.Equal((key, "a+b/ü"), await silo.Client.GetGrain<IGuidCompoundKeyed>(key, "a+b/ü", null).Key());
    }

    [Fact]
    public async Task A_grain_knows_the_integer_and_the_string_that_it_is_called_by() =>
        Assert.Equal((-5L, "a+b"), await silo.Client.GetGrain<ILongCompoundKeyed>(-5, "a+b", null).Key());

    [Fact]
    public void Identities_are_written_as_type_and_key()
    {
        Assert.Equal("stringecho/a/b", silo.Client.GetGrain<IStringEcho>("a/b").GetGrainId().ToString());
        Assert.Equal("longkeyed/FF", silo.Client.GetGrain<ILongKeyed>(255).GetGrainId().ToString());
        Assert.Equal("longkeyed/FFFFFFFFFFFFFFFF", silo.Client.GetGrain<ILongKeyed>(-1).GetGrainId().ToString());
        Assert.Equal("longcompoundkeyed/1+x", silo.Client.GetGrain<ILongCompoundKeyed>(1, "x", null).GetGrainId().ToString());
        Assert.Equal(
            "guidkeyed/00112233445566778899aabbccddeeff",
            silo.Client.GetGrain<IGuidKeyed>(Guid.Parse("00112233-4455-6677-8899-aabbccddeeff")).GetGrainId().ToString());
    }

    [Fact]
    public void An_identity_can_be_read_back()
    {
        var id = silo.Client.GetGrain<IStringEcho>("a/b").GetGrainId();
        Assert.Equal(id, GrainId.Parse(id.ToString()));
        Assert.Equal("a/b", id.Key.ToString());
        Assert.Equal("stringecho", id.Type.ToString());
    }

    [Fact]
    public void References_to_one_grain_are_equal()
    {
        var one = silo.Client.GetGrain<IFace>("same");
        var other = silo.Client.GetGrain<IFace>("same");
        Assert.Equal(one, other);
        Assert.Equal(one.GetHashCode(), other.GetHashCode());
        Assert.NotEqual(one, silo.Client.GetGrain<IFace>("different"));
    }

    [Fact]
    public async Task A_reference_can_be_sent_and_returned()
    {
        var grain = silo.Client.GetGrain<IFace>("sent");
        Assert.True(await grain.IsMe(grain));
        Assert.Equal("other face of sent", await (await grain.Turn()).OtherFace());
    }

    [Fact]
    public async Task A_reference_can_be_cast_to_another_interface_of_the_grain() =>
        Assert.Equal("other face of cast", await silo.Client.GetGrain<IFace>("cast").Cast<IOtherFace>().OtherFace());

    [Fact]
    public async Task A_reference_can_be_made_of_an_identity()
    {
        var id = silo.Client.GetGrain<IStringEcho>("by id").GetGrainId();
        Assert.Equal("by id", await silo.Client.GetGrain<IStringEcho>(id).Key());
        Assert.Equal("by id", await ((IStringEcho)silo.Client.GetGrain(typeof(IStringEcho), "by id")).Key());
    }

    [Fact]
    public async Task The_class_name_chooses_among_the_classes_of_an_interface()
    {
        Assert.Equal("meow", await silo.Client.GetGrain<IAnimal>(1, typeof(Cat).FullName).Sound());
        Assert.Equal("woof", await silo.Client.GetGrain<IAnimal>(1, typeof(Dog).FullName).Sound());
        Assert.Equal("conformance-cat/1", silo.Client.GetGrain<IAnimal>(1, typeof(Cat).FullName).GetGrainId().ToString());
    }

    [Fact]
    public async Task An_interface_and_its_messages_may_be_internal() =>
        Assert.Equal(new InternalLetter("between us"), await silo.Client.GetGrain<IInternalFace>("internal").Echo(new InternalLetter("between us")));

    [Fact]
    public void An_interface_of_several_classes_needs_to_be_told_which() =>
        Assert.Throws<ArgumentException>(() => silo.Client.GetGrain<IAnimal>(1));
}
